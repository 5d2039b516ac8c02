/** Shown for an address that is no page. */
import { useTranslation } from "react-i18next";
import { IconMapQuestion } from "@tabler/icons-react";

import { EmptyState } from "./empty-state";
import { LinkButton } from "./link-button";

export function NotFound() {
  const { t } = useTranslation();
  return (
    <EmptyState
      icon={IconMapQuestion}
      title={t("notFound.title")}
      text={t("notFound.text")}
      action={<LinkButton to="/">{t("notFound.action")}</LinkButton>}
    />
  );
}
