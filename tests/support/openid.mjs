// A certified OpenID provider on loopback for tests: anybody signs in, as the account they name.
// Usage: node openid.mjs PACKAGE PORT BACK_ADDRESS ACCOUNTS(JSON)
import { pathToFileURL } from "node:url";

const [home, port, back, accounts] = process.argv.slice(2);
const { default: Provider } = await import(pathToFileURL(home).href);
const known = JSON.parse(accounts);

const provider = new Provider(`http://127.0.0.1:${port}`, {
  clients: [
    {
      client_id: "gateway",
      client_secret: "fictional+secret/of the client",
      redirect_uris: [back],
      token_endpoint_auth_method: "client_secret_basic",
    },
  ],
  pkce: { required: () => true },
  conformIdTokenClaims: false,
  claims: {
    openid: ["sub", "groups"],
    email: ["email", "email_verified"],
    profile: ["name"],
  },
  cookies: { keys: ["fictional key of cookies"] },
  findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id, ...known[id] }) }),
});
provider.listen(Number(port), "127.0.0.1", () => console.log("listening"));
