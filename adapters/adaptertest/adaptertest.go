// Package adaptertest holds what tests of adapters share: private Redis
// servers, and suites that every implementation of an interface must pass.
// Only tests import it.
package adaptertest
