using System.Collections.Concurrent;
using System.IO.Compression;
using System.Net;

namespace Granary.EndToEnd.Tests.Support;

/// <summary>A collector on loopback that takes OTLP over HTTP with protobuf bodies and keeps what it got.</summary>
internal sealed class OtlpCollector : IAsyncDisposable
{
    private readonly HttpListener _listener = new();
    private readonly Task _serving;
    private readonly OtlpMessages _messages = new();

    public OtlpCollector()
    {
        Endpoint = $"http://{FreePort.Loopback(FreePort.Take())}";
        _listener.Prefixes.Add(Endpoint + "/");
        _listener.Start();
        _serving = ServeAsync();
    }

    public string Endpoint { get; }

    public ConcurrentQueue<CollectedSpan> Spans => _messages.Spans;

    /// <inheritdoc cref="OtlpMessages.Instruments"/>
    public ConcurrentDictionary<(string Service, string Instrument), int> Instruments => _messages.Instruments;

    /// <summary>The header that was sent with everything; null when nothing came.</summary>
    public string? Authorization { get; private set; }

    public IReadOnlyDictionary<string, string> Settings => new Dictionary<string, string>
    {
        ["GRANARY__Telemetry__Otlp__Endpoint"] = Endpoint,
        ["GRANARY__Telemetry__Otlp__Protocol"] = "http/protobuf",
        ["GRANARY__Telemetry__Otlp__Headers"] = "authorization=Bearer of-the-test",
        ["GRANARY__Telemetry__Otlp__SpansEvery"] = "00:00:00.1",
        ["GRANARY__Telemetry__Otlp__MetricsEvery"] = "00:00:01",
    };

    public async ValueTask DisposeAsync()
    {
        _listener.Close();
        await _serving;
    }

    private async Task ServeAsync()
    {
        try
        {
            while (true)
            {
                var context = await _listener.GetContextAsync();
                var body = new MemoryStream();
                var input = context.Request.InputStream;
                await (context.Request.Headers["Content-Encoding"] == "gzip" ? new GZipStream(input, CompressionMode.Decompress) : input).CopyToAsync(body);
                Authorization = context.Request.Headers["authorization"];
                if (context.Request.Url!.AbsolutePath == "/v1/traces") _messages.ReadTraces(body.ToArray());
                else if (context.Request.Url.AbsolutePath == "/v1/metrics") _messages.ReadMetrics(body.ToArray());
                else context.Response.StatusCode = 404;
                context.Response.ContentType = "application/x-protobuf";
                context.Response.Close();
            }
        }
        catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
        {
            // the end
        }
    }
}
