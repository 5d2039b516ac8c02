/** Keys that work everywhere: Ctrl/⌘ K, ?, / and "g" followed by a page's letter. */
import { useNavigate } from "@tanstack/react-router";
import { useEffect, useRef } from "react";

import { accountFor, type Place } from "./places";

interface Keys {
  account: string;
  office: string;
  places: readonly Place[];
  onPalette: () => void;
  onHelp: () => void;
}

const SEQUENCE_MS = 1_200;

function typing(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));
}

export function useShortcuts({ account, office, places, onPalette, onHelp }: Keys): void {
  const navigate = useNavigate();
  // Event times begin at 0 with the document: a page just opened has seen no “g”.
  const went = useRef(Number.NEGATIVE_INFINITY);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
        event.preventDefault();
        onPalette();
        return;
      }
      if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
      if (document.querySelector('[role="dialog"]')) return;
      const second = event.timeStamp - went.current < SEQUENCE_MS;
      went.current = event.key === "g" ? event.timeStamp : Number.NEGATIVE_INFINITY;
      const place = second ? places.find(({ key }) => key === event.key) : undefined;
      if (place) void navigate({ to: place.to, params: { account: accountFor(place, { account, office }) } });
      else if (event.key === "?") onHelp();
      else if (event.key === "/") {
        const field = document.querySelector<HTMLInputElement>("[data-list-search]");
        if (field) {
          event.preventDefault();
          field.focus();
        }
      } else if (event.key === "n") document.querySelector<HTMLElement>("[data-new]")?.click();
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, [account, office, places, onPalette, onHelp, navigate]);
}
