/** Starts the portal: styles, words, query cache, router. */
import "@fontsource-variable/inter/wght.css";
import "./theme/mantine-parts";
import "@mantine/notifications/styles.css";
import "./theme/tokens.css";
import "./theme/mantine-variables.css";
import "./theme/mantine-fit.css";

import { MantineProvider } from "@mantine/core";
import { Notifications } from "@mantine/notifications";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { createRouter, RouterProvider } from "@tanstack/react-router";
import { StrictMode, Suspense } from "react";
import { createRoot } from "react-dom/client";
import { useTranslation } from "react-i18next";

import { onSession, Problem, session } from "./api";
import { tellByPicture } from "./api/scheduler";
import { ready } from "./i18n";
import { routeTree } from "./routeTree.gen";
import { loadBrand } from "./theme/brand";
import { theme } from "./theme/theme";
import { Charges } from "./ui/charges";
import { loadNumberRules } from "./ui/phone-number";
import { usePreferences, useScheme } from "./ui/preferences";

tellByPicture();
const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 10_000,
      retry: (count, error) => count < 2 && (!(error instanceof Problem) || error.status === 0 || error.status >= 500),
    },
  },
});

const router = createRouter({ routeTree, context: { queryClient }, defaultPreload: "intent", scrollRestoration: true });

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}

// A session that ends (sign-out, or a 401 anywhere) forgets what was read and leads to sign-in, which remembers the page.
onSession(() => {
  if (session()) return;
  queryClient.clear();
  void router.invalidate();
});

function Messages() {
  const { t } = useTranslation();
  return (
    <aside aria-label={t("messages")}>
      <Notifications position="bottom-right" limit={4} withinPortal={false} />
    </aside>
  );
}

function Portal() {
  usePreferences();
  return (
    <MantineProvider theme={theme} forceColorScheme={useScheme()} withCssVariables={false} withGlobalClasses={false}>
      <QueryClientProvider client={queryClient}>
        <Messages />
        <Charges />
        <RouterProvider router={router} />
      </QueryClientProvider>
    </MantineProvider>
  );
}

// When the page stands and nothing else is to be done: they are large, and few pages show numbers of other countries.
window.addEventListener("load", () => {
  const load = () => void loadNumberRules();
  if ("requestIdleCallback" in window) requestIdleCallback(load, { timeout: 2_000 });
  else setTimeout(load, 1_000);
});

loadBrand();

const root = document.getElementById("root");
if (!root) throw new Error("index.html has no #root");
// The page's code and the words come side by side, before anything is drawn: one wait instead of three in a row.
await Promise.all([ready, router.load()]);
createRoot(root).render(
  <StrictMode>
    <Suspense>
      <Portal />
    </Suspense>
  </StrictMode>,
);
