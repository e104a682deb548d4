using System.Net;
using Microsoft.AspNetCore.Http;

namespace Granary.Proxy.Forwarding;

/// <summary>Has bodies of no known length go out chunk by chunk, as they come: on HTTP/1.1 they would wait in a buffer for more.</summary>
internal sealed class FlushedBodies(HttpMessageHandler inner) : DelegatingHandler(inner)
{
    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (request.Content is { } content && content.Headers.ContentLength is null) request.Content = new FlushedContent(content);
        return base.SendAsync(request, cancellationToken);
    }

    private sealed class FlushedContent : HttpContent
    {
        private readonly HttpContent _inner;

        public FlushedContent(HttpContent inner)
        {
            _inner = inner;
            foreach (var (name, values) in inner.Headers.NonValidated) Headers.TryAddWithoutValidation(name, values);
        }

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, default);

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken) =>
            _inner.CopyToAsync(new FlushedStream(stream), context, cancellationToken);

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing) _inner.Dispose();
            base.Dispose(disposing);
        }
    }

    private sealed class FlushedStream(Stream inner) : PassedStream(inner)
    {
        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            await Inner.WriteAsync(buffer, cancellationToken);
            await Inner.FlushAsync(cancellationToken);
        }
    }
}

/// <summary>An answer of no known length whose head goes to the caller at once where its body does not follow at once.</summary>
internal sealed class PromptContent : HttpContent
{
    private readonly HttpContent _inner;
    private readonly HttpResponse _response;

    public PromptContent(HttpContent inner, HttpResponse response)
    {
        (_inner, _response) = (inner, response);
        foreach (var (name, values) in inner.Headers.NonValidated) Headers.TryAddWithoutValidation(name, values);
    }

    protected override async Task<Stream> CreateContentReadStreamAsync() => new FirstReadStream(await _inner.ReadAsStreamAsync(), _response);

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => _inner.CopyToAsync(stream, context);

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing) _inner.Dispose();
        base.Dispose(disposing);
    }

    private sealed class FirstReadStream(Stream inner, HttpResponse response) : PassedStream(inner)
    {
        private bool _read;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var reading = Inner.ReadAsync(buffer, cancellationToken);
            if (_read) return reading;
            _read = true;
            return reading.IsCompleted ? reading : StartAsync(reading, cancellationToken);
        }

        private async ValueTask<int> StartAsync(ValueTask<int> reading, CancellationToken cancellationToken)
        {
            var read = reading.AsTask();
            await response.Body.FlushAsync(cancellationToken); // its head
            return await read;
        }
    }
}
