using Granary.Model;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;

namespace Granary.Silo;

/// <summary>One line an event, with the time, to standard error.</summary>
internal static class ServerLogging
{
    public static void Configure(ILoggingBuilder logging, string level)
    {
        if (!Enum.TryParse<LogLevel>(level, ignoreCase: true, out var least))
            throw GranaryException.Invalid($"log level '{level}' is not known; use Trace, Debug, Information, Warning or Error");
        logging.ClearProviders();
        logging.SetMinimumLevel(least);
        logging.AddFilter("Microsoft", least < LogLevel.Information ? least : LogLevel.Warning);
        logging.AddFilter("Orleans", least < LogLevel.Information ? least : LogLevel.Warning);
        logging.AddFilter("Polly", least < LogLevel.Information ? least : LogLevel.Warning); // a line for each placement of a grain
        logging.AddSimpleConsole(o =>
        {
            o.SingleLine = true;
            o.TimestampFormat = "yyyy-MM-ddTHH:mm:ss.fffZ ";
            o.UseUtcTimestamp = true;
            o.ColorBehavior = LoggerColorBehavior.Disabled;
        });
        logging.Services.Configure<ConsoleLoggerOptions>(o => o.LogToStandardErrorThreshold = LogLevel.Trace);
    }
}
