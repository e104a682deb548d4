using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;

namespace Granary.EndToEnd.Tests.Support;

/// <summary>Takes what webhooks post, after refusing as often as it is told to.</summary>
internal sealed class HookServer : IAsyncDisposable
{
    private readonly HttpListener _listener = new();
    private readonly Task _serving;
    private int _refusals;

    /// <param name="refusals">Posts that are answered with 503 first.</param>
    public HookServer(int refusals = 0)
    {
        _refusals = refusals;
        Url = $"http://{FreePort.Loopback(FreePort.Take())}";
        _listener.Prefixes.Add(Url + "/");
        _listener.Start();
        _serving = ServeAsync();
    }

    public string Url { get; }

    public ConcurrentQueue<(string Path, string Authorization, JsonElement Body)> Posts { get; } = [];

    public int Refused { get; private set; }

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
                var body = await JsonDocument.ParseAsync(context.Request.InputStream);
                if (_refusals-- > 0)
                {
                    Refused++;
                    context.Response.StatusCode = 503;
                }
                else Posts.Enqueue((context.Request.Url!.AbsolutePath, context.Request.Headers["Authorization"] ?? "", body.RootElement));
                context.Response.Close();
            }
        }
        catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
        {
            // the end
        }
    }
}
