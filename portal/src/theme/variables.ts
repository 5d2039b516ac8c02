/** Renders the theme's custom properties as a style sheet, for scripts/tokens.mjs and for the test that the stored file is fresh. */
import { convertCssVariables, DEFAULT_THEME, defaultCssVariablesResolver, mergeMantineTheme } from "@mantine/core";

import { resolver, theme } from "./theme";

const HEADER = "/* Written by `npm run tokens` from theme.ts. Do not edit. */\n";

/** Return the whole sheet: Mantine's own variables, overlaid with ours, per colour scheme. */
export function variablesCss(): string {
  const full = mergeMantineTheme(DEFAULT_THEME, theme);
  const base = defaultCssVariablesResolver(full);
  const ours = resolver(full);
  const css = convertCssVariables(
    {
      variables: { ...base.variables, ...ours.variables },
      light: { ...base.light, ...ours.light },
      dark: { ...base.dark, ...ours.dark },
    },
    ":root",
  );
  return HEADER + css.replaceAll("}", "}\n").replaceAll(";", ";\n").replaceAll("{", "{\n").replace(/\n\s+/g, "\n");
}
