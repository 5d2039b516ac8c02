/** jsdom has no media queries; the portal asks for the system's colour scheme at start. */
import { vi } from "vitest";

vi.stubGlobal("matchMedia", () => ({ matches: false, addEventListener: () => {}, removeEventListener: () => {} }));
