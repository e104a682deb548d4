using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace Granary.Rest.Access;

/// <summary>Tells a caller when to come back.</summary>
internal static class RetryAfter
{
    /// <summary>Whole seconds, at least one.</summary>
    public static string Seconds(TimeSpan wait) => Math.Max(1, (long)Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);

    /// <summary>Set as the reply starts: what is set before is cleared with everything else when an error is written.</summary>
    public static void Set(HttpContext context, TimeSpan wait) => context.Response.OnStarting(() =>
    {
        context.Response.Headers.RetryAfter = Seconds(wait);
        return Task.CompletedTask;
    });
}
