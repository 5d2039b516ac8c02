/** The Mantine theme. Every colour is a custom property of tokens.css, so a reseller's brand is data and not a build. */
import { createTheme, type CSSVariablesResolver, type MantineColorsTuple } from "@mantine/core";

const shades = (name: string) => Array.from({ length: 10 }, (_, i) => `var(--qv-${name}-${i})`) as unknown as MantineColorsTuple;

export const theme = createTheme({
  fontFamily: '"Inter Variable", system-ui, sans-serif',
  fontFamilyMonospace: 'ui-monospace, "SF Mono", "Cascadia Mono", "DejaVu Sans Mono", monospace',
  fontSizes: { xs: "0.75rem", sm: "0.8125rem", md: "0.875rem", lg: "1rem", xl: "1.25rem" },
  headings: {
    fontWeight: "600",
    sizes: {
      h1: { fontSize: "1.25rem", lineHeight: "1.75rem" },
      h2: { fontSize: "1rem", lineHeight: "1.5rem" },
      h3: { fontSize: "0.875rem", lineHeight: "1.25rem" },
    },
  },
  spacing: { xs: "0.5rem", sm: "0.75rem", md: "1rem", lg: "1.5rem", xl: "2rem" },
  defaultRadius: "md",
  radius: { xs: "2px", sm: "4px", md: "8px", lg: "12px", xl: "16px" },
  colors: { accent: shades("accent"), gray: shades("gray"), dark: shades("dark") },
  primaryColor: "accent",
  primaryShade: 6,
  cursorType: "pointer",
  respectReducedMotion: true,
  components: {
    Modal: { defaultProps: { lockScroll: false, overlayProps: { backgroundOpacity: 0.4 } } },
    Drawer: { defaultProps: { lockScroll: false, overlayProps: { backgroundOpacity: 0.2 } } },
    // In the page's main part: what stands outside all landmarks is not found by those who jump between them.
    Menu: { defaultProps: { portalProps: { target: "#content" } } },
    Tooltip: { defaultProps: { openDelay: 300, withArrow: true } },
    TextInput: { defaultProps: { size: "sm" } },
    PasswordInput: { defaultProps: { size: "sm" } },
    Select: { defaultProps: { size: "sm", checkIconPosition: "right" } },
    Button: { defaultProps: { size: "sm" } },
  },
});

/** What differs from Mantine's own choices in each scheme. */
export const resolver: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    "--mantine-color-text": "var(--qv-text)",
    "--mantine-color-body": "var(--qv-surface)",
    "--mantine-color-dimmed": "var(--qv-muted)",
    "--mantine-color-default-border": "var(--qv-line-strong)",
    "--mantine-color-placeholder": "var(--qv-muted)",
    "--mantine-color-error": "var(--qv-bad)",
    "--mantine-color-red-filled": "var(--qv-danger)",
    "--mantine-color-red-filled-hover": "var(--qv-danger-hover)",
    "--mantine-color-anchor": "var(--qv-link)",
  },
  dark: {
    "--mantine-color-text": "var(--qv-text)",
    "--mantine-color-body": "var(--qv-surface)",
    "--mantine-color-dimmed": "var(--qv-muted)",
    "--mantine-color-default": "var(--qv-raised)",
    "--mantine-color-default-hover": "var(--qv-hover)",
    "--mantine-color-default-border": "var(--qv-line-strong)",
    "--mantine-color-placeholder": "var(--qv-muted)",
    "--mantine-color-error": "var(--qv-bad)",
    "--mantine-color-red-filled": "var(--qv-danger)",
    "--mantine-color-red-filled-hover": "var(--qv-danger-hover)",
    "--mantine-color-anchor": "var(--qv-link)",
  },
});
