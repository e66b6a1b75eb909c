import type { ModelRegistry, OfferedModel } from "../engine/model-registry.js";

/** `GET /v1/models`; with the other names of the models. */
export function modelList(models: ModelRegistry) {
  return { object: "list", data: models.names.map((name) => modelObject(models.find(name), name)) };
}

/** `GET /v1/models/{id}` */
export function modelObject(model: OfferedModel, name: string) {
  const contextLength = model.engine?.info.contextLength;
  return {
    id: name,
    object: "model",
    created: model.created,
    owned_by: "grammask",
    ...(contextLength === undefined ? {} : { context_length: contextLength }),
  };
}
