using System.Globalization;
using Granary.Forecasting.RunTimes;

namespace Granary.Anomalies.Benchmarks;

/// <summary>Run times of a trace's jobs, each foretold from those that had ended before it was submitted: user and application, then application, then all.</summary>
internal static class RunTimeJudge
{
    public static void Run()
    {
        foreach (var name in new[] { "nasa-ipsc-1993.swf", "lublin-256.swf" })
        {
            var jobs = File.ReadLines(Path.Combine(DataFolder.Find("swf"), name)).Where(l => l.Length > 0 && l[0] != ';').Select(l => l.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(f => double.Parse(f, CultureInfo.InvariantCulture)).ToArray())
                .Where(j => j[3] > 0).OrderBy(j => j[1]).ToList();
            var forecaster = new RunTimeForecaster();
            var running = new PriorityQueue<double[], double>();
            double[] asked = [0.5, 0.8, 0.9, 0.95];
            var (under, count, spread, wide) = (new int[asked.Length], 0, 0.0, 0.0);
            var all = new RunTimeForecaster();
            foreach (var job in jobs)
            {
                while (running.TryPeek(out var ended, out var at) && at <= job[1])
                {
                    running.Dequeue();
                    forecaster.Learn(User(ended), Class(ended), ended[3]);
                    all.Learn("all", "all", ended[3]);
                }
                if (forecaster.Runs >= 200)
                {
                    var forecast = forecaster.Predict(User(job), Class(job));
                    for (var n = 0; n < asked.Length; n++) under[n] += job[3] <= forecast.Quantile(asked[n]) ? 1 : 0;
                    spread += Math.Log(forecast.Quantile(0.9)!.Value / forecast.Quantile(0.1)!.Value);
                    var plain = all.Predict("all", "all");
                    wide += Math.Log(plain.Quantile(0.9)!.Value / plain.Quantile(0.1)!.Value);
                    count++;
                }
                running.Enqueue(job, job[1] + Math.Max(0, job[2]) + job[3]);
            }
            Console.WriteLine($"{name}: {count} jobs; came true of " + string.Join(", ", asked.Select((p, n) => FormattableString.Invariant($"{100 * p:0}%: {100.0 * under[n] / count:0.0}%")))
                + FormattableString.Invariant($"; 10% to 90% of the forecast: a factor of {Math.Exp(spread / count):0.0}, from all jobs alone {Math.Exp(wide / count):0.0}"));
        }
    }

    private static string User(double[] job) => "u" + job[11].ToString(CultureInfo.InvariantCulture);

    private static string Class(double[] job) => $"{job[13].ToString(CultureInfo.InvariantCulture)}/{job[4].ToString(CultureInfo.InvariantCulture)}";
}
