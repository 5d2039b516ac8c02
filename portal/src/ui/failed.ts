/** Tells a failure that has no place on the page: a toast with the words of its Problem. */
import { notifications } from "@mantine/notifications";

import { explanation, Problem } from "@/api";
import i18n from "@/i18n";

/** Show why an action failed. */
export function tellFailure(error: unknown): void {
  const reference = error instanceof Problem && error.status >= 500 && error.requestId;
  notifications.show({
    color: "red",
    autoClose: 10_000,
    closeButtonProps: { "aria-label": i18n.t("close") },
    title: i18n.t("problem.title"),
    message: [i18n.t(explanation(error)), reference ? i18n.t("problem.reference", { id: reference }) : ""].join(" ").trim(),
  });
}
