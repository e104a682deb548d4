using Granary.Access.Attempts;
using Granary.Access.Tokens;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Granary.Silo.Access;

/// <summary>What a server needs to know who calls.</summary>
internal static partial class ServerAccess
{
    /// <param name="services">The server's.</param>
    /// <param name="settings">As configured.</param>
    /// <param name="token">Of the data directory.</param>
    public static void Add(IServiceCollection services, AccessSettings settings, string token)
    {
        services.AddSingleton(s => new TokenBook(s.GetRequiredService<TimeProvider>()).WithFileToken(token));
        services.AddSingleton(s =>
        {
            var log = s.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(AccessGate).FullName!);
            return new AccessGate(
                s.GetRequiredService<TokenBook>(), new FailedAttempts(settings.Attempts), s.GetRequiredService<TimeProvider>(), (address, count) => LogFailed(log, count, address));
        });
    }

    /// <summary>After the host of the grains: it asks one of them as it starts.</summary>
    public static void AddSync(IServiceCollection services) => services.AddHostedService<TokenSync>();

    [LoggerMessage(1, LogLevel.Warning, "{Count} wrong tokens from {Address}")]
    private static partial void LogFailed(ILogger logger, long count, string address);
}
