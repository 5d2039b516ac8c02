/** What the page reads first (early/reads.ts). */
import { all, type Reads } from "@/early/urls";

const reads: Reads = [all("temporal_rules"), all("temporal_rules_sets")];
export default reads;
