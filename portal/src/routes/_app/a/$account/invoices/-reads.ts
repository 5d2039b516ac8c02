/** What the page reads first (early/reads.ts). */
import type { Reads } from "@/early/urls";

const reads: Reads = ["/descendants/invoices"];
export default reads;
