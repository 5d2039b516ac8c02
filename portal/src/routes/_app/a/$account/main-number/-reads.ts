/** What the page reads first (early/reads.ts). */
import { OWN_RULES, TARGETS, type Reads } from "@/early/urls";

const reads: Reads = [...TARGETS, OWN_RULES];
export default reads;
