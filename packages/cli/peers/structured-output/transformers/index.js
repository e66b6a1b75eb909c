export class LogitsProcessor {}

export class LogitsProcessorList {
  processors = [];

  push(processor) {
    this.processors.push(processor);
  }
}
