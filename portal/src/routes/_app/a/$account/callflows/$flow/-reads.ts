/** What the page reads first (early/reads.ts). */
import type { Reads } from "@/early/urls";

const reads: Reads = ["/callflows/*", "/callflows/modules"];
export default reads;
