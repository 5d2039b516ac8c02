/** In the place of a page that one may not see: says so, and leads to what one may. The dashboard, where one arrives, leads there by itself. */
import { IconLock } from "@tabler/icons-react";
import { Navigate } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import { EmptyState } from "../empty-state";
import { LinkButton } from "../link-button";
import { useActing } from "./acting";
import { accountFor, type Place } from "./places";

interface Props {
  /** Where one may go. */
  first: Place | undefined;
  /** It is the page that everybody is sent to. */
  home: boolean;
}

export function Closed({ first, home }: Props) {
  const { t } = useTranslation();
  const { id: account, office } = useActing();
  if (!first) return <EmptyState icon={IconLock} title={t("closed.title")} text={t("closed.text")} />;
  const params = { account: accountFor(first, { account, office }) };
  if (home) return <Navigate to={first.to} params={params} replace />;
  return (
    <EmptyState
      icon={IconLock}
      title={t("closed.title")}
      text={t("closed.text")}
      action={
        <LinkButton to={first.to} params={params}>
          {t(`page.${first.page}`)}
        </LinkButton>
      }
    />
  );
}
