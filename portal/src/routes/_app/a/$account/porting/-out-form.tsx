/** A request that came by mail or telephone: what the other carrier gave is checked as if it had come by its interface. */
import { Button, TextInput } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { call, explanation, Problem, urls } from "@/api";
import { tellDone } from "@/ui/done";
import form from "@/ui/form/form.module.css";
import { Form, Pair } from "@/ui/form/setting";
import { readable } from "@/ui/phone-number";

import { type Out, outReason } from "./-out";

const EMPTY = { number: "", winning_carrier: "", account_number: "", pin: "", end_user: "", day: "" };

export function OutForm({ office, onMade }: { office: string; onMade: () => void }) {
  const { t, i18n } = useTranslation(["porting", "ui"]);
  const client = useQueryClient();
  const [value, setValue] = useState(EMPTY);
  const [errors, setErrors] = useState<Record<string, string>>({});
  const [failure, setFailure] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const field = (name: keyof typeof EMPTY) => ({
    label: t(`out.ask.${name}`),
    value: value[name],
    error: errors[name],
    autoComplete: "off",
    onChange: (event: { currentTarget: { value: string } }) => {
      const text = event.currentTarget.value;
      setValue((now) => ({ ...now, [name]: text }));
    },
  });
  const send = async () => {
    const wrong = Object.fromEntries((["number", "winning_carrier"] as const).flatMap((name) => (value[name].trim() ? [] : [[name, t("ui:required")]])));
    setErrors(wrong);
    setFailure(null);
    if (Object.keys(wrong).length) return;
    setBusy(true);
    try {
      const { data } = await call<Out>("PUT", urls.getAddPortOutUrl(office), { body: value });
      await client.invalidateQueries({ queryKey: ["account", office, "port_outs"] });
      tellDone(data.state === "accepted" ? t("out.ask.accepted", { number: readable(data.number), day: new Intl.DateTimeFormat(i18n.language, { dateStyle: "medium", timeZone: "UTC" }).format(new Date(data.day)) }) : t("out.ask.refused", { number: readable(data.number), reason: outReason(data, t) }));
      onMade();
    } catch (error) {
      setErrors(error instanceof Problem ? error.fields : {});
      setFailure(t(`ui:${explanation(error)}`));
    } finally {
      setBusy(false);
    }
  };
  return (
    <Form label={t("out.ask.title")}>
      <p className={form.help}>{t("out.ask.help")}</p>
      <TextInput {...field("number")} data-autofocus />
      <TextInput {...field("winning_carrier")} />
      <Pair>
        <TextInput {...field("account_number")} />
        <TextInput {...field("pin")} inputMode="numeric" />
      </Pair>
      <TextInput {...field("end_user")} />
      <TextInput type="date" {...field("day")} />
      {failure && (
        <p className={form.failure} role="alert">
          {failure}
        </p>
      )}
      <div className={form.buttons}>
        <Button loading={busy} onClick={() => void send()}>
          {t("out.ask.do")}
        </Button>
      </div>
    </Form>
  );
}
