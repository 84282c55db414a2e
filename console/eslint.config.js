import js from "@eslint/js";
import hooks from "eslint-plugin-react-hooks";
import ts from "typescript-eslint";

export default ts.config(
  // What openapi-typescript writes is not ours to style.
  { ignores: ["dist", "src/api/schema.ts"] },
  js.configs.recommended,
  ...ts.configs.strictTypeChecked,
  ...ts.configs.stylisticTypeChecked,
  hooks.configs.flat["recommended-latest"],
  {
    languageOptions: { parserOptions: { projectService: { allowDefaultProject: ["eslint.config.js"] } } },
    rules: {
      "max-lines": ["error", { max: 300, skipBlankLines: true, skipComments: true }],
      "no-console": "error",
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
      // A page knows resources, not addresses: fetch and the client stay in src/api.
      "no-restricted-globals": ["error", { name: "fetch", message: "use src/api" }],
      "no-restricted-imports": ["error", { paths: [{ name: "openapi-fetch", message: "use src/api" }] }],
    },
  },
  // One word of the API after the other: there is nothing to split.
  { files: ["src/api/types.ts"], rules: { "max-lines": "off" } },
  { files: ["src/api/**", "e2e/**"], rules: { "no-restricted-globals": "off", "no-restricted-imports": "off" } },
  { files: ["eslint.config.js"], extends: [ts.configs.disableTypeChecked] },
);
