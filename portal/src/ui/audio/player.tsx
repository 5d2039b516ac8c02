/** Plays audio of the API: fetched with the token when one presses play, drawn as a waveform that one may click or step through. */
import { ActionIcon } from "@mantine/core";
import { IconPlayerPauseFilled, IconPlayerPlayFilled } from "@tabler/icons-react";
import { type KeyboardEvent, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";

import { blob } from "@/api";

import { tellFailure } from "../failed";
import classes from "./audio.module.css";
import { clock, peaks } from "./wave";

const BARS = 56;

interface Props {
  /** Address of the audio, from the URL builders. */
  src: string;
  /** What is played, for screen readers. */
  name: string;
  /** Seconds, when known before it is loaded. */
  length?: number;
  onPlay?: () => void;
}

export function Player({ src, name, length, onPlay }: Props) {
  const { t } = useTranslation();
  const audio = useRef<HTMLAudioElement | null>(null);
  const [state, setState] = useState<"idle" | "loading" | "playing" | "paused">("idle");
  const [bars, setBars] = useState<number[]>([]);
  const [now, setNow] = useState(0);
  const [total, setTotal] = useState(length ?? 0);
  useEffect(
    () => () => {
      if (!audio.current) return;
      audio.current.pause();
      URL.revokeObjectURL(audio.current.src);
    },
    [],
  );

  const load = async () => {
    const data = await blob(src);
    const element = new Audio(URL.createObjectURL(data));
    element.addEventListener("timeupdate", () => setNow(element.currentTime));
    element.addEventListener("ended", () => setState("paused"));
    audio.current = element;
    const decoded = await new OfflineAudioContext(1, 1, 8_000).decodeAudioData(await data.arrayBuffer());
    setBars(peaks(decoded.getChannelData(0), BARS));
    setTotal(decoded.duration);
    return element;
  };
  const toggle = async () => {
    if (state === "playing") {
      audio.current?.pause();
      setState("paused");
      return;
    }
    try {
      if (!audio.current) setState("loading");
      const element = audio.current ?? (await load());
      await element.play();
      setState("playing");
      onPlay?.();
    } catch (error) {
      setState("idle");
      tellFailure(error);
    }
  };
  const seek = (to: number) => {
    if (!audio.current) return;
    audio.current.currentTime = Math.max(0, Math.min(total, to));
    setNow(audio.current.currentTime);
  };
  const onKey = (event: KeyboardEvent) => {
    const step = { ArrowLeft: -5, ArrowRight: 5, ArrowDown: -1, ArrowUp: 1, Home: -total, End: total }[event.key];
    if (!step) return;
    event.preventDefault();
    seek(now + step);
  };
  const Symbol = state === "playing" ? IconPlayerPauseFilled : IconPlayerPlayFilled;
  return (
    <div className={classes.player}>
      <ActionIcon variant="default" radius="xl" size={36} loading={state === "loading"} onClick={() => void toggle()} aria-label={t(state === "playing" ? "audio.pause" : "audio.play", { name })}>
        <Symbol size={16} aria-hidden />
      </ActionIcon>
      <div
        className={classes.wave}
        // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role -- a native range cannot show a waveform
        role="slider"
        tabIndex={bars.length ? 0 : -1}
        aria-label={t("audio.position", { name })}
        aria-valuemin={0}
        aria-valuemax={Math.round(total)}
        aria-valuenow={Math.round(now)}
        aria-valuetext={`${clock(now)} / ${clock(total)}`}
        aria-disabled={!bars.length}
        onKeyDown={onKey}
        onClick={(event) => {
          const box = event.currentTarget.getBoundingClientRect();
          seek(((event.clientX - box.left) / box.width) * total);
        }}
      >
        {(bars.length ? bars : Array.from({ length: BARS }, () => 0.12)).map((peak, at) => (
          // oxlint-disable-next-line react/no-array-index-key -- bars have no other identity
          <span key={at} style={{ height: `${Math.max(10, peak * 100)}%` }} data-played={(total > 0 && at / BARS < now / total) || undefined} />
        ))}
      </div>
      <span className={classes.time}>{state === "idle" ? (total ? clock(total) : "") : `${clock(now)} / ${clock(total)}`}</span>
    </div>
  );
}
