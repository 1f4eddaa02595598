// Asks for the token of a guarded server.

import { useState } from "react";
import { setToken } from "../kusto/token";

export function SignIn({ onDone }: { onDone: () => void }) {
  const [typed, setTyped] = useState("");
  return (
    <div className="welcome">
      <h2>This server asks who you are</h2>
      <p>Its operator gives you a token; <code>weir token</code> makes one. It is kept until this tab is closed.</p>
      <form className="row" onSubmit={(e) => { e.preventDefault(); setToken(typed); onDone(); }}>
        <label className="grow">
          <span className="visually-hidden">Token</span>
          <input autoFocus type="password" autoComplete="off" value={typed} placeholder="Token" onChange={(e) => setTyped(e.target.value)} />
        </label>
        <button type="submit" className="button primary" disabled={!typed.trim()}>Go on</button>
      </form>
    </div>
  );
}
