using System.Text;
using Microsoft.Extensions.Logging;

namespace Granary.Proxy.Tests.Support;

/// <summary>Keeps all that is logged but what the web server itself says of requests, which a server leaves out.</summary>
internal sealed class Log : ILoggerProvider
{
    private readonly StringBuilder _text = new();

    public string Text
    {
        get
        {
            lock (_text) return _text.ToString();
        }
    }

    public ILogger CreateLogger(string categoryName) => new One(this, categoryName);

    public void Dispose()
    {
    }

    private sealed class One(Log log, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => !category.StartsWith("Microsoft", StringComparison.Ordinal);

        void ILogger.Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (!IsEnabled(logLevel)) return;
            lock (log._text) log._text.Append(category).Append(' ').Append(formatter(state, exception)).Append(exception).Append('\n');
        }
    }
}
