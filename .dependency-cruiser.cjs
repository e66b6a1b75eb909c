// The direction in which modules may depend on each other. `pnpm lint` checks it; tests are exempt from the
// direction (they may compare anything with anything), not from importing what exists.

/** The packages, each with the workspace packages that it may import. */
const packages = {
  core: [],
  onnx: ["core"],
  transformers: ["core"],
  server: ["onnx", "core"],
  "ai-sdk": ["onnx", "core"],
  "mask-pool": ["core"],
  cli: ["mask-pool", "server", "onnx", "core"],
};

/**
 * Inside core, from the bottom to the top: a folder may import those in the groups before its own, and what lies
 * directly in src may import all. `grammar` has the front ends: they put schema and automaton together.
 */
const layers = [
  ["language", "vocabulary", "json"],
  ["json-schema"],
  ["automaton"],
  ["grammar", "mask"],
  ["prompt", "export"],
];

const TEST = "\\.test\\.ts$|/test/";

function packageRule(name) {
  const others = Object.keys(packages).filter((other) => other !== name && !packages[name].includes(other));
  const any = others.join("|");
  return {
    name: `package-${name}`,
    comment: `${name} may import ${packages[name].join(", ") || "no other workspace package"}`,
    severity: "error",
    from: { path: `^packages/${name}/`, pathNot: TEST },
    to: { path: `^packages/(${any})/|@grammask/(${any})(/|$)` },
  };
}

function layerRules() {
  const core = "^packages/core/src/";
  return layers.flatMap((folders, level) =>
    folders.map((folder) => {
      const below = layers.slice(0, level).flat();
      return {
        name: `core-${folder}`,
        comment: `core's ${folder} may import ${below.join(", ") || "nothing of core but itself"}`,
        severity: "error",
        from: { path: `${core}${folder}/`, pathNot: TEST },
        to: { path: core, pathNot: `${core}(${[folder, ...below].join("|")})/` },
      };
    }),
  );
}

module.exports = {
  forbidden: [
    ...Object.keys(packages).map(packageRule),
    ...layerRules(),
    {
      name: "no-cycles",
      severity: "error",
      from: { path: "^packages/", pathNot: TEST },
      to: { circular: true },
    },
    {
      name: "not-resolvable",
      comment: "the imported file or package does not exist",
      severity: "error",
      from: {},
      to: { couldNotResolve: true, pathNot: "^@grammask/" },
    },
    {
      name: "undeclared",
      comment: "the package is not in the dependencies of the nearest package.json",
      severity: "error",
      from: { path: "^packages/", pathNot: TEST },
      to: {
        dependencyTypes: ["npm-no-pkg", "npm-dev", "unknown"],
        dependencyTypesNot: ["npm-peer"],
        pathNot: "^@grammask/",
      },
    },
    {
      name: "core-is-pure",
      comment: "core runs in browsers too: no Node modules",
      severity: "error",
      from: { path: "^packages/core/src/", pathNot: TEST },
      to: { dependencyTypes: ["core"] },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules|/dist/" },
    exclude: { path: "/dist/" },
    tsPreCompilationDeps: true,
    combinedDependencies: true,
    tsConfig: { fileName: "tsconfig.base.json" },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "types", "node", "default"],
    },
  },
};
