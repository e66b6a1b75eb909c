import { LimitedWorker } from "../shared/limited-worker.js";
import type { Finding } from "./judge.js";
import type { Group } from "./suite.js";
import type { TestFinding } from "./worker.js";

/** Judges groups in a worker thread, which is replaced where a group takes too long or exhausts the memory. */
export class GroupRunner {
  readonly #worker: LimitedWorker<Group, TestFinding>;

  constructor(schemas: Record<string, string>, limitMs: number) {
    this.#worker = new LimitedWorker(new URL("./worker.js", import.meta.url), { schemas }, limitMs);
  }

  /** One finding for each test of the group. */
  async run(group: Group): Promise<Finding[]> {
    const findings: (Finding | undefined)[] = group.tests.map(() => undefined);
    const trouble = await this.#worker.run(group, ({ test, finding }) => {
      findings[test] = finding;
    });
    const missing: Finding =
      trouble === undefined
        ? { verdict: "crash", detail: "no answer" }
        : { verdict: trouble.kind, detail: trouble.detail };
    return findings.map((finding) => finding ?? missing);
  }

  close(): Promise<void> {
    return this.#worker.close();
  }
}
