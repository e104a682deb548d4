using Granary.Model;

namespace Granary.Monitoring.Tests;

/// <summary>A book and a queue that are told values second by second.</summary>
internal sealed class Clocked
{
    public static readonly DateTimeOffset Start = new(2026, 1, 31, 12, 0, 0, TimeSpan.Zero);

    private readonly NotificationQueue _queue;

    public Clocked(params IReadOnlyList<AlertRule> rules)
        : this(new NotificationOptions(), rules)
    {
    }

    public Clocked(NotificationOptions options, params IReadOnlyList<AlertRule> rules)
    {
        Book = new(new RuleSet(rules, [.. BuiltInRules.All.Select(r => r.Name).Except(rules.Select(r => r.Name))]));
        _queue = new(options, Start);
    }

    public AlertBook Book { get; }

    public DateTimeOffset Now { get; private set; } = Start;

    public List<AlertView> Changes { get; } = [];

    public List<AlertNotification> Told { get; } = [];

    public double Seconds => (Now - Start).TotalSeconds;

    /// <summary>Passes seconds, each with what <paramref name="observe"/> makes of it.</summary>
    public Clocked Pass(int seconds, Action<Clocked>? observe = null)
    {
        for (var i = 0; i < seconds; i++)
        {
            observe?.Invoke(this);
            Book.Tick(Now);
            foreach (var change in Book.TakeChanges())
            {
                Changes.Add(change);
                _queue.Add(change, Now);
            }
            Told.AddRange(_queue.Due(Now, a => Book.Seen(Book.Find(a.Id) ?? a, Now)));
            Now = Now.AddSeconds(1);
        }
        return this;
    }

    public Clocked Pass(int seconds, double value, string metric = "cpu", string node = "n1") => Pass(seconds, c => c.Book.Observe(RuleSubject.Node, node, metric, value, c.Now));

    public AlertLevel Level => Book.Firing.Count == 0 ? AlertLevel.None : Book.Firing.Max(f => f.Level);
}
