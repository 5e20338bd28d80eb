/* Takes the token once; the server keeps the sign-in in a cookie that no script reads. */
import { send } from '../api.js';
import { html, Page, useRef, useState } from '../parts.js';

export function Screen({ params }) {
  const field = useRef(null);
  const [failure, setFailure] = useState('');
  const [asking, setAsking] = useState(false);
  const signIn = async (event) => {
    event.preventDefault();
    setAsking(true);
    setFailure('');
    try {
      await send('POST', '/ui/sign-in', { token: field.current.value });
      await params.signedIn();
    } catch (refused) {
      setFailure(refused.message);
      setAsking(false);
      field.current?.focus();
    }
  };
  return html`<${Page} title="Sign in">
    <form onSubmit=${signIn}>
      <p>This lab asks for a token. What you see and may do are that token’s.</p>
      <p><label>Token <input type="password" ref=${field} required autocomplete="current-password" autofocus /></label>
        ${' '}<button class="primary" disabled=${asking}>Sign in</button></p>
      <p role="alert" class="wrong">${failure}</p>
    </form>
  </${Page}>`;
}
