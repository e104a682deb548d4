using System.Diagnostics;
using System.Net;
using Granary.Proxy.Forwarding;
using Yarp.ReverseProxy.Forwarder;

namespace Granary.Proxy;

/// <summary>The connections to all backends: nothing is followed, unpacked, remembered or sent by way of another proxy.</summary>
internal sealed class BackendClient : IDisposable
{
    public BackendClient(ProxyOptions options, BackendDial dial) => Invoker = new HttpMessageInvoker(new FlushedBodies(new SocketsHttpHandler
    {
        UseProxy = false,
        AllowAutoRedirect = false,
        AutomaticDecompression = DecompressionMethods.None,
        UseCookies = false,
        EnableMultipleHttp2Connections = true,
        ActivityHeadersPropagator = new ReverseProxyPropagator(DistributedContextPropagator.Current),
        ConnectTimeout = options.ConnectTimeout,
        ConnectCallback = dial.OpenAsync,
        MaxResponseHeadersLength = options.MaxAnswerHeadersKiB,
        ResponseDrainTimeout = TimeSpan.Zero,
        PooledConnectionIdleTimeout = TimeSpan.FromSeconds(60),
        PooledConnectionLifetime = TimeSpan.FromMinutes(10),
    }));

    public HttpMessageInvoker Invoker { get; }

    public void Dispose() => Invoker.Dispose();
}
