/** For `node --import`: a process of its own that meets GitHub's OIDC service and Sigstore as they are played here. */
import { mockOidc, mockSigstore } from './sigstore.ts';

mockOidc();
await mockSigstore();
