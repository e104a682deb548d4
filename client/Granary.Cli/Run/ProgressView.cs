using Granary.Cli.CommandLine;

namespace Granary.Cli.Run;

/// <summary>Where progress goes: redrawn in place on a terminal, a line now and then in a pipe.</summary>
internal sealed class ProgressView(Surroundings surroundings, TextWriter output, bool terminal, bool color)
{
    private static readonly TimeSpan LineEvery = TimeSpan.FromSeconds(5);

    private int _drawn;
    private DateTimeOffset _lastLine = DateTimeOffset.MinValue;
    private int _lastDone = -1;

    /// <summary>How often it wants to be shown.</summary>
    public TimeSpan Every { get; } = TimeSpan.FromMilliseconds(terminal ? 250 : 500);

    /// <summary>Something notable: a pipe gets it at once, a terminal with the next screen.</summary>
    public void Tell(string text)
    {
        if (!terminal) output.WriteLine(text);
    }

    public void Show(RunStatus status)
    {
        if (terminal) Draw(ProgressText.Screen(status, Math.Max(20, surroundings.Width() - 1), color));
        else if (surroundings.Time.GetUtcNow() - _lastLine >= LineEvery || status.All.Done == status.All.Total && status.All.Done != _lastDone)
        {
            output.WriteLine(ProgressText.Line(status));
            output.Flush();
            _lastLine = surroundings.Time.GetUtcNow();
            _lastDone = status.All.Done;
        }
    }

    /// <summary>Leaves what is drawn where it is and goes on below it.</summary>
    public void End()
    {
        _drawn = 0;
        output.Flush();
    }

    /// <summary>Back to the first line, each line over its old self with the rest cleared, what is left below cleared: one write, no flicker.</summary>
    private void Draw(IReadOnlyList<string> lines)
    {
        var rows = Math.Max(4, surroundings.Height() - 1);
        var shown = lines.Take(rows).ToList();
        var frame = new System.Text.StringBuilder();
        if (_drawn > 0) frame.Append("\u001b[").Append(Math.Min(_drawn, rows)).Append('A');
        foreach (var line in shown) frame.Append('\r').Append(line).Append("\u001b[K\n");
        frame.Append("\u001b[J");
        output.Write(frame.ToString());
        output.Flush();
        _drawn = shown.Count;
    }
}
