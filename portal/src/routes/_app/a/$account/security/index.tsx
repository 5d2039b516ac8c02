/** My security: one's own password, the second step of signing in, and where one is signed in. Always of oneself, whatever account one acts in. */
import { createFileRoute } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import { ChangePassword } from "@/access/change-password";
import { useSession } from "@/api";
import { PageHeader } from "@/ui/page-header";
import page from "@/ui/page.module.css";

import classes from "./-security.module.css";
import { SecondSteps } from "./-second-steps";
import { Sessions } from "./-sessions";

export const Route = createFileRoute("/_app/a/$account/security/")({ component: Security });

function Security() {
  const { t } = useTranslation("security");
  const session = useSession();
  if (!session) return null;
  const { accountId: account, userId: user, userName, byLink } = session;
  return (
    <div className={page.narrow}>
      <PageHeader title={t("title")} about={t("about")} />
      <SecondSteps account={account} user={user} />
      <section className={`${page.card} ${classes.card}`} aria-labelledby="password">
        <div>
          <h2 className={classes.heading} id="password">
            {t("password.title")}
          </h2>
          <p className={classes.help}>{t("password.help")}</p>
        </div>
        <ChangePassword account={account} user={user} userName={userName} byLink={byLink} />
      </section>
      <Sessions account={account} user={user} />
    </div>
  );
}
