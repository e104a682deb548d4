using System.Security.Cryptography;
using System.Text;
using Granary.Model;

namespace Granary.Monitoring;

/// <summary>
/// All alerts: values go in, alerts that began, changed or ended come out. It decides by what it is given, time included, so that the same values give the
/// same alerts. What people did to alerts, and silences, are kept here too.
/// </summary>
/// <param name="rules">What is looked at.</param>
public sealed class AlertBook(RuleSet rules)
{
    /// <summary>Series that are looked at; values of more are not.</summary>
    public const int MostSeries = 200_000;

    /// <summary>Ended alerts that are remembered.</summary>
    public const int MostEnded = 200;

    /// <summary>A series that nothing came of for so long ends, and its alert with it.</summary>
    public static readonly TimeSpan GoneAfter = TimeSpan.FromMinutes(5);

    private readonly Dictionary<(RuleSubject Subject, string Name), DateTimeOffset> _heard = [];
    private readonly Dictionary<(string Rule, string Subject, string Metric), AlertSeries> _series = [];
    private readonly Dictionary<string, AlertView> _firing = new(StringComparer.Ordinal);
    private readonly List<AlertView> _ended = [];
    private readonly List<Silence> _silences = [];
    private readonly List<AlertView> _changes = [];
    private int _made;

    public IReadOnlyCollection<AlertView> Firing => _firing.Values;

    public IReadOnlyList<AlertView> Ended => _ended;

    public IReadOnlyList<Silence> Silences => _silences;

    /// <summary>The alert of that id, while it fires.</summary>
    public AlertView? Find(string id) => _firing.GetValueOrDefault(id);

    /// <summary>Changes with everything that should be stored.</summary>
    public long Version { get; private set; }

    /// <summary>What came of a subject at one time.</summary>
    /// <param name="detail">What the value means, in a sentence: it stands in the alert's summary instead of value and threshold.</param>
    public void Observe(RuleSubject subject, string name, string metric, double value, DateTimeOffset at, string detail = "")
    {
        foreach (var rule in rules.For(subject, metric))
        {
            if (Find(rule, name, metric) is not { } series) continue;
            series.Detail = detail;
            if (series.Take(value, at)) Change(series, subject, name, metric, at);
        }
    }

    /// <summary>Something came of it: it is not silent.</summary>
    public void Heard(RuleSubject subject, string name, DateTimeOffset at)
    {
        if (!_heard.TryGetValue((subject, name), out var before) || at > before) _heard[(subject, name)] = at;
    }

    /// <summary>What is there is told once in a while: what is not, ends.</summary>
    public void Exists(RuleSubject subject, IReadOnlySet<string> names, DateTimeOffset now)
    {
        foreach (var gone in _heard.Keys.Where(k => k.Subject == subject && !names.Contains(k.Name)).ToList()) _heard.Remove(gone);
        foreach (var name in names) _heard.TryAdd((subject, name), now);
        foreach (var (key, series) in _series.Where(s => s.Value.Rule.Subject == subject && !names.Contains(s.Key.Subject)).ToList())
        {
            _series.Remove(key);
            if (series.Level == AlertLevel.None) continue;
            series.End(now);
            Change(series, subject, key.Subject, key.Metric, now);
        }
    }

    /// <summary>Looks for what did not come, and lets go of what is over. Call it every second or so.</summary>
    public void Tick(DateTimeOffset now)
    {
        foreach (var rule in rules.Silent)
            foreach (var ((subject, name), at) in _heard)
                if (subject == rule.Subject && Find(rule, name, "") is { } series && series.Take((now - at).TotalSeconds, now)) Change(series, subject, name, "", now);
        foreach (var (key, series) in _series.Where(s => now - s.Value.Last > GoneAfter).ToList())
        {
            _series.Remove(key);
            if (series.Level == AlertLevel.None) continue;
            series.End(now);
            Change(series, series.Rule.Subject, key.Subject, key.Metric, now);
        }
        if (_silences.RemoveAll(s => s.Until <= now) > 0) Version++;
    }

    /// <summary>What changed since this was called last, each alert as it is now.</summary>
    public IReadOnlyList<AlertView> TakeChanges()
    {
        AlertView[] taken = [.. _changes];
        _changes.Clear();
        return taken;
    }

    /// <summary>The alert as people see it now.</summary>
    public AlertView Seen(AlertView alert, DateTimeOffset now) =>
        alert with { SilencedBy = _silences.FirstOrDefault(s => s.IsActive(now) && s.Matches(alert.Labels))?.Id ?? "" };

    /// <param name="id">Or a unique beginning of one.</param>
    /// <exception cref="GranaryException">NotFound, or Invalid where several begin so.</exception>
    public AlertView Acknowledge(string id, string by, string comment, bool undo)
    {
        AlertView[] meant = [.. _firing.Values.Where(a => id.Length > 0 && a.Id.StartsWith(id, StringComparison.Ordinal))];
        if (meant.Length == 0) throw GranaryException.NotFound($"no alert '{id}' fires; 'granary alerts' lists those that do");
        if (meant.Length > 1) throw GranaryException.Invalid($"alert '{id}' may be {string.Join(" or ", meant.Take(3).Select(m => m.Id))}; write more of it");
        Version++;
        return _firing[meant[0].Id] = meant[0] with { AcknowledgedBy = undo ? "" : by, Comment = undo ? "" : comment };
    }

    /// <exception cref="GranaryException">Invalid: no matchers, or a time that is over.</exception>
    public Silence Silence(IReadOnlyList<LabelMatcher> matchers, DateTimeOffset from, DateTimeOffset until, string by, string comment, DateTimeOffset now)
    {
        if (matchers.Count == 0) throw GranaryException.Invalid("a silence of everything would hide everything; say of what: rule=disk-full, node=n1, pool=default, level=Warning");
        if (until <= now || until <= from) throw GranaryException.Invalid("the silence would be over before it begins; give a time that lies ahead");
        if (until - now > TimeSpan.FromDays(366)) throw GranaryException.Invalid("a silence lasts a year at most");
        if (_silences.Count >= 1000) throw GranaryException.Refused("there are 1,000 silences; expire some with 'granary silence --expire ID'");
        var text = $"{string.Join(',', matchers)}|{now.UtcTicks}|{_made++}";
        var silence = new Silence { Id = "s" + IdOf(text), Matchers = matchers, From = from, Until = until, By = by, Comment = comment };
        _silences.Add(silence);
        Version++;
        return silence;
    }

    /// <exception cref="GranaryException">NotFound.</exception>
    public Silence Expire(string id)
    {
        var at = _silences.FindIndex(s => s.Id == id);
        if (at < 0) throw GranaryException.NotFound($"no silence '{id}'; 'granary silence --list' lists them");
        var silence = _silences[at];
        _silences.RemoveAt(at);
        Version++;
        return silence;
    }

    /// <summary>As it was before a restart: what fired still fires, until values say otherwise.</summary>
    public void Restore(IEnumerable<AlertView> firing, IEnumerable<AlertView> ended, IEnumerable<Silence> silences, DateTimeOffset now)
    {
        foreach (var alert in firing)
        {
            if (rules.All.FirstOrDefault(r => r.Name == alert.Rule) is not { } rule) continue; // a rule that is gone fires no more
            var subject = alert.Labels.GetValueOrDefault(rule.Subject == RuleSubject.Node ? "node" : "pool", "");
            var series = Find(rule, subject, alert.Labels.GetValueOrDefault("metric", ""));
            series?.Restore(alert.Level, alert.Value, now);
            _firing[alert.Id] = alert;
        }
        _ended.AddRange(ended);
        _silences.AddRange(silences);
    }

    private AlertSeries? Find(AlertRule rule, string subject, string metric)
    {
        var key = (rule.Name, subject, metric);
        if (_series.TryGetValue(key, out var series)) return series;
        return _series.Count >= MostSeries ? null : _series[key] = new(rule);
    }

    private void Change(AlertSeries series, RuleSubject subject, string name, string metric, DateTimeOffset at)
    {
        var rule = series.Rule;
        var id = IdOf($"{rule.Name}|{subject}|{name}|{metric}");
        _firing.TryGetValue(id, out var before);
        if (series.Level == AlertLevel.None && before is null) return;
        var alert = new AlertView
        {
            Id = id,
            Rule = rule.Name,
            Labels = Labels(rule, series.Level == AlertLevel.None ? before!.Level : series.Level, name, metric),
            Level = series.Level,
            Value = series.Raw,
            Threshold = rule.ThresholdOf(series.Level == AlertLevel.None ? before!.Level : series.Level),
            Summary = AlertText.Summary(rule, subject, name, metric, series),
            Help = rule.Help,
            Since = before?.Since ?? at,
            Changed = at,
            Ended = series.Level == AlertLevel.None ? at : null,
            Flapping = series.IsFlapping(at),
            AcknowledgedBy = before is not null && series.Level <= before.Level ? before.AcknowledgedBy : "",
            Comment = before is not null && series.Level <= before.Level ? before.Comment : "",
        };
        if (alert.IsFiring) _firing[id] = alert;
        else
        {
            _firing.Remove(id);
            _ended.Add(alert);
            if (_ended.Count > MostEnded) _ended.RemoveAt(0);
        }
        _changes.Add(alert);
        Version++;
    }

    private static Dictionary<string, string> Labels(AlertRule rule, AlertLevel level, string name, string metric)
    {
        var labels = new Dictionary<string, string>(StringComparer.Ordinal) { ["rule"] = rule.Name, ["level"] = level.ToString(), [rule.Subject == RuleSubject.Node ? "node" : "pool"] = name };
        if (metric.Length > 0) labels["metric"] = metric;
        var slash = metric.IndexOf('/', StringComparison.Ordinal);
        if (slash >= 0) labels["thing"] = metric[(slash + 1)..];
        return labels;
    }

    private static string IdOf(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..8];
}
