using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Nodes;
using Granary.Abstractions.Json;
using Granary.Model;

namespace Granary.Silo.Monitoring;

/// <summary>Posts JSON. Redirects are not followed: a secret goes where it was meant to go, or nowhere.</summary>
internal abstract class HttpTarget : INotificationTarget, IDisposable
{
    private readonly HttpClient _http = new(new SocketsHttpHandler { AllowAutoRedirect = false, PooledConnectionLifetime = TimeSpan.FromMinutes(5), UseCookies = false })
    {
        Timeout = Timeout.InfiniteTimeSpan, // the caller's
    };

    private readonly Uri _url;

    /// <exception cref="GranaryException">Invalid: no URL, or no header.</exception>
    protected HttpTarget(string setting, string url, string path, string headers)
    {
        if (!Uri.TryCreate(url, UriKind.Absolute, out var parsed) || parsed.Scheme is not ("http" or "https"))
            throw GranaryException.Invalid($"Monitor:{setting} is no URL; write one like https://alerts.example.org/hook");
        _url = path.Length == 0 ? parsed : new Uri(parsed.AbsoluteUri.TrimEnd('/') + path);
        Name = $"{setting.ToLowerInvariant()} at {parsed.Host}";
        foreach (var line in headers.Split((char[])['\n', ';'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon <= 0 || !_http.DefaultRequestHeaders.TryAddWithoutValidation(line[..colon].Trim(), line[(colon + 1)..].Trim()))
                throw GranaryException.Invalid($"Monitor:{setting}Headers has a line that is no header; write NAME: VALUE");
        }
        _http.DefaultRequestHeaders.UserAgent.Add(new ProductInfoHeaderValue("granary", Version.Text.Split('+')[0]));
    }

    public string Name { get; }

    public async Task SendAsync(AlertNotification notification, CancellationToken cancellation)
    {
        if (Body(notification) is not { } body) return;
        using var content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(body));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        using var reply = await _http.PostAsync(_url, content, cancellation);
        if (!reply.IsSuccessStatusCode) throw new HttpRequestException($"it answered {(int)reply.StatusCode}", null, reply.StatusCode);
    }

    public void Dispose() => _http.Dispose();

    /// <summary>Null where there is nothing to say.</summary>
    protected abstract JsonNode? Body(AlertNotification notification);
}

/// <summary>A notification as it is, in the layout that the command line and REST write alerts in.</summary>
internal sealed class WebhookTarget(MonitorSettings settings) : HttpTarget(nameof(MonitorSettings.Webhook), settings.Webhook, "", settings.WebhookHeaders)
{
    protected override JsonNode? Body(AlertNotification notification) => JsonSerializer.SerializeToNode(NotificationJson.From(notification), GranaryJson.Default.NotificationJson);
}

/// <summary>Alertmanager's API v2: a list of alerts. One that fires is said to last until it would be told again, since nobody repeats it meanwhile.</summary>
internal sealed class AlertmanagerTarget(MonitorSettings settings)
    : HttpTarget(nameof(MonitorSettings.Alertmanager), settings.Alertmanager, "/api/v2/alerts", settings.AlertmanagerHeaders)
{
    private readonly TimeSpan _lasts = settings.RepeatInterval + settings.GroupInterval;

    protected override JsonNode? Body(AlertNotification notification) => notification.Alerts.Count == 0 ? null : new JsonArray([.. notification.Alerts.Select(a => One(a, notification.At + _lasts))]);

    private static JsonObject One(AlertView alert, DateTimeOffset until)
    {
        var labels = new JsonObject { ["alertname"] = alert.Rule };
        foreach (var (label, value) in alert.Labels)
            if (label is not ("rule" or "level")) labels[label] = value;
        // not the level of now: an alert whose labels change is another alert to Alertmanager
        labels["job"] = "granary";
        return new JsonObject
        {
            ["labels"] = labels,
            ["annotations"] = new JsonObject { ["summary"] = alert.Summary, ["description"] = alert.Help, ["severity"] = (alert.IsFiring ? alert.Level.ToString() : alert.Labels["level"]).ToLowerInvariant(), ["id"] = alert.Id },
            ["startsAt"] = Rfc3339(alert.Since),
            ["endsAt"] = Rfc3339(alert.Ended ?? until),
        };
    }

    private static string Rfc3339(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", System.Globalization.CultureInfo.InvariantCulture);
}
