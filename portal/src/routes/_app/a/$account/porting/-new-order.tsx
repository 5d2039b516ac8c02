/** A new order: for whom, which numbers, from whom. The rest is filled in afterwards, with the pre-check beside it. */
import { Button, Textarea, TextInput } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { createDoc, explanation, Problem } from "@/api";
import { AccountPicker } from "@/office/account-picker";
import { tellDone } from "@/ui/done";
import form from "@/ui/form/form.module.css";
import { Form } from "@/ui/form/setting";

import { fromLines, type PortOrder } from "./-port";
import classes from "./-porting.module.css";

export function NewOrder({ office, onMade }: { office: string; onMade: (id: string) => void }) {
  const { t } = useTranslation(["porting", "ui"]);
  const client = useQueryClient();
  const [account, setAccount] = useState<{ id: string; name: string } | null>(null);
  const [name, setName] = useState("");
  const [numbers, setNumbers] = useState("");
  const [carrier, setCarrier] = useState("");
  const [errors, setErrors] = useState<Record<string, string>>({});
  const [failure, setFailure] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const create = async () => {
    const found = fromLines(numbers);
    const wrong = { ...(account ? {} : { account: t("new.whose") }), ...(Object.keys(found).length ? {} : { numbers: t("numbers.missing") }) };
    setErrors(wrong);
    setFailure(null);
    if (!account || Object.keys(wrong).length) return;
    setBusy(true);
    try {
      const made = await createDoc<PortOrder>(account.id, "port_requests", { name: name.trim() || `${account.name} ${carrier.trim()}`.trim().slice(0, 128), numbers: found, ...(carrier.trim() ? { bill: { carrier: carrier.trim() } } : {}) });
      await client.invalidateQueries({ queryKey: ["account", office, "port_requests"] });
      tellDone(t("new.made", { name: made.name }));
      onMade(made.id);
    } catch (error) {
      const fields = error instanceof Problem ? error.fields : {};
      setErrors(Object.fromEntries(Object.entries(fields).map(([path, text]) => [path.split(".")[0] ?? path, text])));
      setFailure(t(`ui:${explanation(error)}`));
    } finally {
      setBusy(false);
    }
  };
  return (
    <Form label={t("new.title")}>
      <p className={form.help}>{t("new.help")}</p>
      <AccountPicker label={t("new.account")} top={office} value={account} onChange={setAccount} />
      {errors.account && (
        <p className={form.failure} role="alert">
          {errors.account}
        </p>
      )}
      <Textarea label={t("numbers.title")} description={t("numbers.help")} rows={4} spellCheck={false} classNames={{ input: classes.numbers }} value={numbers} onChange={(event) => setNumbers(event.currentTarget.value)} error={errors.numbers} />
      <TextInput label={t("field.carrier")} value={carrier} onChange={(event) => setCarrier(event.currentTarget.value)} error={errors.bill} />
      <TextInput label={t("field.name")} description={t("new.nameHelp")} value={name} onChange={(event) => setName(event.currentTarget.value)} error={errors.name} />
      {failure && (
        <p className={form.failure} role="alert">
          {failure}
        </p>
      )}
      <div className={form.buttons}>
        <Button loading={busy} onClick={() => void create()}>
          {t("new.do")}
        </Button>
      </div>
    </Form>
  );
}
