using Granary.Abstractions;
using Granary.Grains.Monitoring;
using Granary.Model;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans;

namespace Granary.Silo.Monitoring;

/// <summary>Keeps the monitor's grain awake: it lives in one server, and another takes it over when that ends.</summary>
internal sealed partial class MonitorWatch(IGrainFactory grains, TimeProvider clock, ILogger<MonitorWatch> log) : BackgroundService
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(5);

    /// <exception cref="GranaryException">Invalid: a rule or a setting.</exception>
    public static void Add(IServiceCollection services, MonitorSettings settings)
    {
        services.AddSingleton(settings.ToParts());
        if (!settings.Enabled) return;
        // made here, so that what is wrong with a setting is said before the server starts
        var webhook = settings.Webhook.Length > 0 ? new WebhookTarget(settings) : null;
        var alertmanager = settings.Alertmanager.Length > 0 ? new AlertmanagerTarget(settings) : null;
        var command = settings.Command.Length > 0 ? new CommandTarget(settings.Command) : null;
        services.AddSingleton(s => new NotificationDispatcher(
            [.. new INotificationTarget?[] { settings.Log ? new LogTarget(s.GetRequiredService<ILogger<LogTarget>>()) : null, webhook, alertmanager, command }.OfType<INotificationTarget>()],
            settings.Timeout, settings.Tries, s.GetRequiredService<TimeProvider>(), s.GetRequiredService<ILogger<NotificationDispatcher>>()));
        services.AddSingleton<INotificationSink>(s => s.GetRequiredService<NotificationDispatcher>());
        services.AddHostedService(s => s.GetRequiredService<NotificationDispatcher>());
        services.AddHostedService<MonitorWatch>();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var rounds = new PeriodicTimer(Period, clock);
        try
        {
            do
            {
                try
                {
                    await grains.GetGrain<IMonitorGrain>(IMonitorGrain.Key).Wake().WaitAsync(stoppingToken);
                }
                catch (Exception e) when (e is not (OutOfMemoryException or OperationCanceledException))
                {
                    LogNotAwake(log, e.Message);
                }
            }
            while (await rounds.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException)
        {
            // the server stops
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "the monitor does not answer, it is asked again: {Error}")]
    private static partial void LogNotAwake(ILogger logger, string error);
}
