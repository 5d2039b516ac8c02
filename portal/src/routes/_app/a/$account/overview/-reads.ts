/** What the page reads first (early/reads.ts). */
import type { Reads } from "@/early/urls";

const reads: Reads = ["/overview"];
export default reads;
