// What is shown while there is nothing to show.

import { usePage } from "./page";
import { CopyButton } from "../panel/Panel";

export function Welcome() {
  const page = usePage();
  if (page.failure && !/no data/i.test(page.failure.message))
    return (
      <div className="welcome" role="alert">
        <h2>The tables cannot be read</h2>
        <pre tabIndex={0}>{page.failure.message}</pre>
        <button type="button" className="button primary" onClick={page.refresh}>Try again</button>
      </div>
    );
  return (
    <div className="welcome">
      <h2>No flow logs have been read yet</h2>
      <p>Read a folder of them into the tables that this server answers from. The page fills as soon as the first are in.</p>
      <pre>weir ingest /path/to/flow-logs</pre>
      <p>To have names of machines, subnets and networks beside addresses, export the inventory as well:</p>
      <pre>weir topology import resources.json</pre>
      <div className="row">
        <CopyButton text="weir ingest /path/to/flow-logs" label="Copy the first" />
        <button type="button" className="button primary" onClick={page.refresh}>Look again</button>
      </div>
    </div>
  );
}
