package graph

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"sync"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/cloud"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"
	abs "github.com/microsoft/kiota-abstractions-go"
	"github.com/microsoft/kiota-abstractions-go/serialization"
	kiotaazure "github.com/microsoft/kiota-authentication-azure-go"
	khttp "github.com/microsoft/kiota-http-go"
	kjson "github.com/microsoft/kiota-serialization-json-go"
	core "github.com/microsoftgraph/msgraph-sdk-go-core"
	"github.com/microsoftgraph/msgraph-sdk-go/communications"
	"github.com/microsoftgraph/msgraph-sdk-go/models/odataerrors"
)

// sdk is Microsoft's library, set up without its root package: that would cost every build minutes.
type sdk struct {
	adapter        *core.GraphRequestAdapterBase
	communications *communications.CommunicationsRequestBuilder
	made           time.Time
}

// The root package would register the JSON forms; the registry is the library's own and global.
var registerJSON = sync.OnceFunc(func() {
	abs.RegisterDefaultSerializer(func() serialization.SerializationWriterFactory { return kjson.NewJsonSerializationWriterFactory() })
	abs.RegisterDefaultDeserializer(func() serialization.ParseNodeFactory { return kjson.NewJsonParseNodeFactory() })
})

const sdkVersion = "1.89.0"

// mappings gives every error its type; without it the library forgets what Graph said.
var mappings = abs.ErrorMappings{"XXX": odataerrors.CreateODataErrorFromDiscriminatorValue}

func (c *Client) newSDK() (*sdk, error) {
	registerJSON()
	cred, err := c.credential()
	if err != nil {
		return nil, err
	}
	return c.sdkFor(cred)
}

// sdkFor sets the library up for a credential: the tenant's own, or one on behalf of an agent.
func (c *Client) sdkFor(cred azcore.TokenCredential) (*sdk, error) {
	u, err := url.Parse(c.o.GraphURL)
	if err != nil || u.Host == "" {
		return nil, fmt.Errorf("graph address %q is not an address", c.o.GraphURL)
	}
	// A host that is not in the list would get no token, and no error.
	auth, err := kiotaazure.NewAzureIdentityAuthenticationProviderWithScopesAndValidHostsAndObservabilityOptionsAndIsCaeEnabled(
		cred, []string{c.o.scope()}, []string{u.Hostname()}, kiotaazure.ObservabilityOptions{}, false)
	if err != nil {
		return nil, err
	}
	adapter, err := core.NewGraphRequestAdapterBaseWithParseNodeFactoryAndSerializationWriterFactoryAndHttpClient(
		auth, core.GraphClientOptions{GraphServiceVersion: "v1.0", GraphServiceLibraryVersion: sdkVersion}, nil, nil, c.graphHTTP())
	if err != nil {
		return nil, err
	}
	adapter.SetBaseUrl(c.o.GraphURL)
	return &sdk{
		adapter:        adapter,
		communications: communications.NewCommunicationsRequestBuilderInternal(map[string]string{"baseurl": c.o.GraphURL}, adapter),
		made:           c.o.Now(),
	}, nil
}

// graphHTTP is the library's client with our middleware: no retry, because our budget decides when to come
// again, and no compression, because a body that is sent twice would be labelled wrongly.
func (c *Client) graphHTTP() *http.Client {
	options := core.GraphClientOptions{GraphServiceVersion: "v1.0", GraphServiceLibraryVersion: sdkVersion}
	middleware := []khttp.Middleware{core.NewGraphTelemetryHandler(&options), khttp.NewParametersNameDecodingHandler(), watch{c}}
	return &http.Client{
		Transport:     khttp.NewCustomTransportWithParentTransport(c.http.Transport, middleware...),
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Timeout:       30 * time.Second,
	}
}

func (c *Client) clientOptions() policy.ClientOptions {
	return policy.ClientOptions{
		Cloud:     cloud.Configuration{ActiveDirectoryAuthorityHost: c.o.Authority},
		Transport: c.http,
		Retry:     policy.RetryOptions{MaxRetries: -1},
	}
}

func (c *Client) credential() (azcore.TokenCredential, error) {
	if len(c.o.Certificate) > 0 {
		certs, key, err := azidentity.ParseCertificates(c.o.Certificate, nil)
		if err != nil {
			return nil, fmt.Errorf("certificate of the app registration: %w", err)
		}
		return azidentity.NewClientCertificateCredential(c.o.TenantID, c.o.ClientID, certs, key,
			&azidentity.ClientCertificateCredentialOptions{ClientOptions: c.clientOptions(), DisableInstanceDiscovery: true})
	}
	return azidentity.NewClientSecretCredential(c.o.TenantID, c.o.ClientID, c.o.Secret,
		&azidentity.ClientSecretCredentialOptions{ClientOptions: c.clientOptions(), DisableInstanceDiscovery: true})
}

// httpClient reaches the authority and Graph, through the proxy of the environment.
func (c *Client) httpClient() (*http.Client, error) {
	t := &http.Transport{Proxy: http.ProxyFromEnvironment, ForceAttemptHTTP2: true, TLSHandshakeTimeout: 10 * time.Second, IdleConnTimeout: 90 * time.Second,
		TLSClientConfig: &tls.Config{MinVersion: tls.VersionTLS12}}
	if c.o.CAFile != "" {
		pool, err := x509.SystemCertPool()
		if err != nil {
			pool = x509.NewCertPool()
		}
		pem, err := os.ReadFile(c.o.CAFile)
		if err != nil {
			return nil, err
		}
		if !pool.AppendCertsFromPEM(pem) {
			return nil, errors.New(c.o.CAFile + " has no certificate")
		}
		t.TLSClientConfig.RootCAs = pool
	}
	return &http.Client{Transport: t, Timeout: 15 * time.Second}, nil
}
