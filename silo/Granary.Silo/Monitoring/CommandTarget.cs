using System.Diagnostics;
using System.Text.Json;
using Granary.Abstractions.Json;
using Granary.Model;

namespace Granary.Silo.Monitoring;

/// <summary>Runs a program, without a shell, that gets the notification as JSON on its standard input. One that takes longer than it may is ended with all it started.</summary>
internal sealed class CommandTarget : INotificationTarget
{
    private readonly string[] _command;

    /// <exception cref="GranaryException">Invalid: nothing to run.</exception>
    public CommandTarget(string command)
    {
        _command = command.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (_command.Length == 0) throw GranaryException.Invalid("Monitor:Command is blank; write a program and its arguments");
    }

    public string Name => $"command {Path.GetFileName(_command[0])}";

    public async Task SendAsync(AlertNotification notification, CancellationToken cancellation)
    {
        var info = new ProcessStartInfo(_command[0], _command[1..]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        info.Environment["GRANARY_ALERT_LEVEL"] = notification.Level.ToString();
        info.Environment["GRANARY_ALERT_SUMMARY"] = notification.Summary;
        using var process = Process.Start(info) ?? throw new InvalidOperationException("it did not start");
        try
        {
            var said = Task.WhenAll(process.StandardOutput.ReadToEndAsync(cancellation), process.StandardError.ReadToEndAsync(cancellation));
            try
            {
                await JsonSerializer.SerializeAsync(process.StandardInput.BaseStream, NotificationJson.From(notification), GranaryJson.Default.NotificationJson, cancellation);
                process.StandardInput.Close();
            }
            catch (IOException)
            {
                // it does not read what it is told: how it ends says whether that was meant so
            }
            await process.WaitForExitAsync(cancellation);
            await said;
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
        if (process.ExitCode != 0) throw new InvalidOperationException($"it ended with exit code {process.ExitCode}");
    }
}
