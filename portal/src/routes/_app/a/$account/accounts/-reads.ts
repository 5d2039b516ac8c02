/** What the page reads first (early/reads.ts). */
import type { Reads } from "@/early/urls";

const reads: Reads = ["/children?ascending=true&page_size=200"];
export default reads;
