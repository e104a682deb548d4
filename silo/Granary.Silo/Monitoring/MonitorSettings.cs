using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Granary.Grains.Monitoring;
using Granary.Model;
using Granary.Monitoring;

namespace Granary.Silo.Monitoring;

/// <summary>What is watched, and who is told. Section <c>Monitor</c> of the configuration: where notifications go is the operator's to say, and no call's.</summary>
public sealed class MonitorSettings
{
    public const string Section = "Monitor";

    /// <summary>Look for what is wrong. Default true.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>Rules beside the built-in ones, or in place of those of their names.</summary>
    public List<AlertRule> Rules { get; } = [];

    /// <summary>Names of built-in rules that are left out, with commas between. Default none.</summary>
    public string Disabled { get; set; } = "";

    /// <summary>Alerts below this level are listed and not told of. Default Warning.</summary>
    public AlertLevel Least { get; set; } = AlertLevel.Warning;

    /// <inheritdoc cref="NotificationOptions.GroupWait"/>
    public TimeSpan GroupWait { get; set; } = TimeSpan.FromSeconds(10);

    /// <inheritdoc cref="NotificationOptions.GroupInterval"/>
    public TimeSpan GroupInterval { get; set; } = TimeSpan.FromMinutes(5);

    /// <inheritdoc cref="NotificationOptions.RepeatInterval"/>
    public TimeSpan RepeatInterval { get; set; } = TimeSpan.FromHours(4);

    /// <inheritdoc cref="NotificationOptions.Burst"/>
    public int Burst { get; set; } = 20;

    /// <inheritdoc cref="NotificationOptions.OneEvery"/>
    public TimeSpan OneEvery { get; set; } = TimeSpan.FromSeconds(30);

    /// <inheritdoc cref="CapacityOptions.OutAfter"/>
    public TimeSpan ScaleOutAfter { get; set; } = TimeSpan.FromMinutes(2);

    /// <inheritdoc cref="CapacityOptions.InAfter"/>
    public TimeSpan ScaleInAfter { get; set; } = TimeSpan.FromMinutes(15);

    /// <inheritdoc cref="CapacityOptions.CoolDown"/>
    public TimeSpan ScaleCoolDown { get; set; } = TimeSpan.FromMinutes(10);

    /// <inheritdoc cref="CapacityOptions.Low"/>
    [Range(0.0, 0.9)]
    public double ScaleInBelow { get; set; } = 0.3;

    /// <inheritdoc cref="CapacityOptions.Target"/>
    [Range(0.1, 1.0)]
    public double ScaleInTo { get; set; } = 0.6;

    /// <inheritdoc cref="CapacityOptions.MostAtOnce"/>
    [Range(1, 10_000)]
    public int ScaleMostAtOnce { get; set; } = 10;

    /// <inheritdoc cref="CapacityOptions.LeastNodes"/>
    [Range(0, 100_000)]
    public int ScaleLeastNodes { get; set; } = 1;

    /// <summary>Write notifications to the server's log. Default true.</summary>
    public bool Log { get; set; } = true;

    /// <summary>URL that is sent each notification as JSON. It may hold a secret, and is not shown. Default none.</summary>
    [PasswordPropertyText(true)]
    public string Webhook { get; set; } = "";

    /// <summary>Headers for it, like <c>Authorization: Bearer ...</c>; several with line ends or semicolons between. Default none.</summary>
    [PasswordPropertyText(true)]
    public string WebhookHeaders { get; set; } = "";

    /// <summary>URL of an Alertmanager; alerts go to its <c>/api/v2/alerts</c>. Default none.</summary>
    [PasswordPropertyText(true)]
    public string Alertmanager { get; set; } = "";

    [PasswordPropertyText(true)]
    public string AlertmanagerHeaders { get; set; } = "";

    /// <summary>Program that is run for each notification, with its arguments; it gets JSON on its standard input. Default none.</summary>
    public string Command { get; set; } = "";

    /// <summary>How long one try to tell may take. Default 10 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:05:00")]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Tries, with pauses of 1 s, 2 s, 4 s and so on between them. Default 4.</summary>
    [Range(1, 10)]
    public int Tries { get; set; } = 4;

    /// <exception cref="GranaryException">Invalid: which setting, and what would be right.</exception>
    public MonitorParts ToParts()
    {
        var notifications = new NotificationOptions { Least = Least, GroupWait = GroupWait, GroupInterval = GroupInterval, RepeatInterval = RepeatInterval, Burst = Burst, OneEvery = OneEvery };
        notifications.Validate();
        return new(
            new RuleSet(Rules, Disabled.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)),
            notifications,
            new CapacityOptions
            {
                OutAfter = ScaleOutAfter,
                InAfter = ScaleInAfter,
                CoolDown = ScaleCoolDown,
                Low = ScaleInBelow,
                Target = ScaleInTo,
                MostAtOnce = ScaleMostAtOnce,
                LeastNodes = ScaleLeastNodes,
            });
    }
}
