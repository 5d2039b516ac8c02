/** Asks, wherever one is in the portal, whether a change that costs more is wanted; one question after the other. */
import { lazy, Suspense, useEffect, useState } from "react";

import { onCharges } from "@/api";

import type { Question } from "./charges-dialog";

const ChargesDialog = lazy(async () => ({ default: (await import("./charges-dialog")).ChargesDialog }));

export function Charges() {
  const [questions, setQuestions] = useState<readonly Question[]>([]);
  useEffect(
    () =>
      onCharges(
        (charges) =>
          new Promise((resolve) => {
            const question: Question = {
              charges,
              answer: (yes) => {
                setQuestions((now) => now.filter((one) => one !== question));
                resolve(yes);
              },
            };
            setQuestions((now) => [...now, question]);
          }),
      ),
    [],
  );
  const [first] = questions;
  return <Suspense>{first && <ChargesDialog question={first} />}</Suspense>;
}
