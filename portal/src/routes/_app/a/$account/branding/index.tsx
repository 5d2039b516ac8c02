/** The look of the portal for whoever opens it by one's own name: name, title, colour, logo and icon. */
import { TextInput } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { createFileRoute } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import { call, Problem, urls } from "@/api";
import { isRealm } from "@/office/realm";
import { reloadBrand } from "@/theme/brand";
import { darkShades, isColour, shades } from "@/theme/shades";
import { ErrorState } from "@/ui/error-state";
import form from "@/ui/form/form.module.css";
import { DeleteButton } from "@/ui/form/delete-button";
import { SaveBar } from "@/ui/form/save-bar";
import { Form, Section } from "@/ui/form/setting";
import { useDraft } from "@/ui/form/use-draft";
import { Removal } from "@/ui/may";
import { PageHeader } from "@/ui/page-header";
import page from "@/ui/page.module.css";
import { Skeleton } from "@/ui/skeleton";

import classes from "./-branding.module.css";
import { Picture } from "./-picture";

export const Route = createFileRoute("/_app/a/$account/branding/")({ component: Branding });

export interface Whitelabel {
  domain: string;
  company_name?: string;
  application_title?: string;
  accent?: string;
}

const NONE: Whitelabel = { domain: "" };

function Branding() {
  const { t } = useTranslation("branding");
  const { account } = Route.useParams();
  const brand = useQuery({
    queryKey: ["account", account, "whitelabel"],
    queryFn: async ({ signal }) => {
      try {
        return (await call<Whitelabel>("GET", urls.getGetAccountWhitelabelUrl(account), { signal })).data;
      } catch (error) {
        // None yet: the page is how one makes it.
        if (error instanceof Problem && error.status === 404) return NONE;
        throw error;
      }
    },
  });
  return (
    <div className={page.narrow}>
      <PageHeader title={t("title")} about={t("about")} />
      {brand.error && <ErrorState error={brand.error} onRetry={() => void brand.refetch()} />}
      {!brand.data && !brand.error && <Skeleton width={240} />}
      {brand.data && <Loaded key={account} account={account} brand={brand.data} />}
    </div>
  );
}

function Loaded({ account, brand }: { account: string; brand: Whitelabel }) {
  const { t } = useTranslation(["branding", "ui"]);
  const client = useQueryClient();
  const draft = useDraft<Whitelabel>(brand);
  const there = brand.domain !== "";
  const { accent = "", company_name: company, application_title: title } = draft.value;
  const used = isColour(accent) ? shades(accent)[6] : undefined;
  const dark = isColour(accent) ? darkShades(accent) : undefined;
  return (
    <>
      <section className={`${page.card} ${classes.card}`}>
        <Form label={t("title")}>
          <TextInput label={t("domain")} description={t("domainHelp", { host: window.location.hostname })} spellCheck={false} placeholder="phone.example.com" {...draft.field("domain")} />
          <TextInput label={t("company")} maxLength={128} {...draft.field("company_name")} />
          <TextInput label={t("application")} description={t("applicationHelp")} maxLength={128} {...draft.field("application_title")} />
          <TextInput label={t("accent")} description={t("accentHelp")} placeholder="#2f5bea" maxLength={7} spellCheck={false} {...draft.field("accent")} />
          {used && used.toLowerCase() !== accent.toLowerCase() && (
            <p className={form.notice} aria-live="polite">
              {t("adjusted", { colour: accent, used })}
            </p>
          )}
          <div className={classes.previews} aria-hidden>
            <Preview scheme="light" name={title || company || "QVOICE"} accent={used} link={isColour(accent) ? shades(accent)[7] : undefined} />
            <Preview scheme="dark" name={title || company || "QVOICE"} accent={used} link={dark?.link} />
          </div>
          <SaveBar
            account={account}
            draft={draft}
            labels={{ domain: t("domain"), company_name: t("company"), application_title: t("application"), accent: t("accent") }}
            validate={(value): Record<string, string> => ({
              ...(isRealm(value.domain.trim()) ? {} : { domain: t("domainWrong") }),
              ...(!value.accent || isColour(value.accent) ? {} : { accent: t("accentWrong") }),
            })}
            apply={async (_from, to) => {
              await call(to.domain === "" ? "DELETE" : "POST", to.domain === "" ? urls.getDeleteWhitelabelUrl(account) : urls.getReplaceWhitelabelUrl(account), to.domain === "" ? {} : { body: to });
              await client.invalidateQueries({ queryKey: ["account", account, "whitelabel"] });
              await reloadBrand();
            }}
            effect={t("saved")}
          />
        </Form>
      </section>
      {there && (
        <section className={`${page.card} ${classes.card}`}>
          <Section level={2} title={t("pictures")} help={t("picturesHelp")}>
            <Picture account={account} part="logo" />
            <Picture account={account} part="icon" />
          </Section>
          <Removal>
            <Section
              level={2}
              title={t("remove")}
              help={t("removeHelp")}
              action={
                <DeleteButton account={account} title={t("removeTitle")} run={async () => void (await call("DELETE", urls.getDeleteWhitelabelUrl(account)).then(reloadBrand))} done={t("removed")} onGone={() => draft.adopt(NONE)}>
                  {t("removeHelp")}
                </DeleteButton>
              }
            />
          </Removal>
        </section>
      )}
    </>
  );
}

/** A button and a link as the scheme shows them. */
function Preview({ scheme, name, accent, link }: { scheme: "light" | "dark"; name: string; accent: string | undefined; link: string | undefined }) {
  const { t } = useTranslation("branding");
  return (
    <div className={classes.preview} data-scheme={scheme}>
      <span className={classes.tab}>{name}</span>
      <span className={classes.link} style={link ? { color: link } : undefined}>
        {t("previewLink")}
      </span>
      <span className={classes.button} style={accent ? { background: accent } : undefined}>
        {t("preview")}
      </span>
    </div>
  );
}
