import type { ModelRegistry, OfferedModel } from "../engine/model-registry.js";

/** `GET /v1/models`; with the other names of the models. */
export function modelList(models: ModelRegistry) {
  return { object: "list", data: models.names.map((name) => modelObject(models.find(name), name)) };
}

/** `GET /v1/models/{id}` */
export function modelObject(model: OfferedModel, name: string) {
  const info = model.engine?.info;
  return {
    id: name,
    object: "model",
    created: model.created,
    owned_by: "grammask",
    ...(info === undefined ? {} : { context_length: info.contextLength }),
  };
}
