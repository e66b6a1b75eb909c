import { NoSuchModelError, type ProviderV3 } from "@ai-sdk/provider";
import { type LoadOptions, loadModel, type Model } from "@grammask/onnx";
import { GrammaskLanguageModel } from "./language-model.js";

export interface ProviderSettings {
  /** How models are loaded, where `models` has none of the name. */
  readonly load?: LoadOptions;
  /** Models that are loaded already, by the names under which the SDK asks for them; `dispose` leaves them alone. */
  readonly models?: Readonly<Record<string, Model>>;
}

/** A provider of the Vercel AI SDK: `grammask("smollm2-135m-instruct")` is a language model of it. */
export interface GrammaskProvider extends ProviderV3, AsyncDisposable {
  /** @param modelId what `loadModel` of `@grammask/onnx` takes: a package's name, a folder, a hub id */
  (modelId: string): GrammaskLanguageModel;
  languageModel(modelId: string): GrammaskLanguageModel;
  /** Frees the models that were loaded; they are loaded again when they are asked for again. */
  dispose(): Promise<void>;
}

/** A provider with settings of its own. A model is loaded at its first call, and kept. */
export function createGrammask({ load, models = {} }: ProviderSettings = {}): GrammaskProvider {
  const loaded = new Map<string, Promise<Model>>();
  const modelOf = (modelId: string): Promise<Model> => {
    if (Object.hasOwn(models, modelId)) {
      return Promise.resolve(models[modelId]!);
    }
    let model = loaded.get(modelId);
    if (model === undefined) {
      model = loadModel(modelId, load);
      loaded.set(modelId, model);
      // What failed once may work later: a download, a model that is put there.
      model.catch(() => loaded.delete(modelId));
    }
    return model;
  };
  const dispose = async (): Promise<void> => {
    const ending = [...loaded.values()];
    loaded.clear();
    const settled = await Promise.allSettled(ending);
    await Promise.all(
      settled.map((each) => (each.status === "fulfilled" ? each.value.dispose() : undefined)),
    );
  };
  const languageModel = (modelId: string) => new GrammaskLanguageModel(modelId, () => modelOf(modelId));
  const none = (modelType: "embeddingModel" | "imageModel") => (modelId: string) => {
    throw new NoSuchModelError({ modelId, modelType });
  };
  return Object.assign((modelId: string) => languageModel(modelId), {
    specificationVersion: "v3" as const,
    languageModel,
    embeddingModel: none("embeddingModel"),
    imageModel: none("imageModel"),
    dispose,
    [Symbol.asyncDispose]: dispose,
  });
}

/** The provider with default settings. */
export const grammask: GrammaskProvider = createGrammask();
