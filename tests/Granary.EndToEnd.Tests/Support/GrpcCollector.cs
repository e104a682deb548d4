using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.IO.Compression;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace Granary.EndToEnd.Tests.Support;

/// <summary>A collector on loopback that takes OTLP over gRPC: HTTP/2 without TLS, messages with a prefix of five bytes, the status in trailers.</summary>
internal sealed class GrpcCollector : IAsyncDisposable
{
    private const string Services = "/opentelemetry.proto.collector.";
    private readonly WebApplication _app;

    private GrpcCollector(WebApplication app, string endpoint) => (_app, Endpoint) = (app, endpoint);

    public string Endpoint { get; }

    public OtlpMessages Messages { get; } = new();

    /// <summary>What was called, with its protocol and the header <c>authorization</c>.</summary>
    public ConcurrentQueue<(string Path, string Protocol, string Authorization)> Calls { get; } = [];

    public static async Task<GrpcCollector> StartAsync()
    {
        var port = FreePort.Take();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(k => k.Listen(IPAddress.Loopback, port, l => l.Protocols = HttpProtocols.Http2));
        var collector = new GrpcCollector(builder.Build(), $"http://{FreePort.Loopback(port)}");
        collector._app.Run(collector.TakeAsync);
        await collector._app.StartAsync();
        return collector;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    private async Task TakeAsync(HttpContext context)
    {
        var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        var path = context.Request.Path.Value ?? "";
        Calls.Enqueue((path, context.Request.Protocol, $"{context.Request.Headers.Authorization}"));
        context.Response.ContentType = "application/grpc";
        if (path == Services + "trace.v1.TraceService/Export") Messages.ReadTraces(Message(body.ToArray()));
        else if (path == Services + "metrics.v1.MetricsService/Export") Messages.ReadMetrics(Message(body.ToArray()));
        await context.Response.Body.WriteAsync(new byte[5]); // an empty message
        context.Response.AppendTrailer("grpc-status", "0");
    }

    private static byte[] Message(byte[] body)
    {
        var length = BinaryPrimitives.ReadInt32BigEndian(body.AsSpan(1));
        if (body[0] == 0) return body[5..(5 + length)];
        var plain = new MemoryStream();
        using (var gzip = new GZipStream(new MemoryStream(body, 5, length), CompressionMode.Decompress)) gzip.CopyTo(plain);
        return plain.ToArray();
    }
}
