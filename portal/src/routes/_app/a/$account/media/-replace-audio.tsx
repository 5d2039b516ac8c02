/** Puts other audio in the place of what a sound has: one file, with its progress, and what is wrong with it said here. */
import { Button, FileButton, Progress } from "@mantine/core";
import { IconUpload } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { explanation, Problem } from "@/api";
import classes from "@/ui/form/form.module.css";
import { Only } from "@/ui/may";

interface Props {
  label: string;
  send: (file: File, onShare: (share: number) => void, signal: AbortSignal) => Promise<void>;
}

const KINDS = ".mp3,.wav,.wma,.ogg,audio/mpeg,audio/wav,audio/x-wav,audio/x-ms-wma,audio/ogg";

export function ReplaceAudio({ label, send }: Props) {
  const { t } = useTranslation(["media", "ui"]);
  const [share, setShare] = useState<number | null>(null);
  const [wrong, setWrong] = useState<string | null>(null);
  const start = async (file: File | null) => {
    if (!file) return;
    setWrong(null);
    setShare(0);
    try {
      await send(file, setShare, new AbortController().signal);
    } catch (error) {
      setWrong(error instanceof Problem ? (Object.values(error.fields)[0] ?? t(`ui:${explanation(error)}`)) : t("ui:problem.unexpected"));
    } finally {
      setShare(null);
    }
  };
  return (
    <div>
      <Only may="media.update">
        <FileButton accept={KINDS} onChange={(file) => void start(file)}>
          {(props) => (
            <Button variant="default" leftSection={<IconUpload size={16} aria-hidden />} loading={share !== null} {...props}>
              {label}
            </Button>
          )}
        </FileButton>
      </Only>
      {share !== null && <Progress mt="xs" value={share * 100} animated={share >= 1} aria-label={label} />}
      {wrong && (
        <p className={classes.failure} role="alert">
          {wrong}
        </p>
      )}
    </div>
  );
}
