// Package slo keeps the objectives of a service in one file, and makes from it what
// watches them: the tables of a text, Prometheus rules, tests of these rules for
// promtool, a dashboard for Grafana, and the same objectives as OpenSLO. What is made
// from one definition cannot differ.
//
//	service: shop
//	period: 30 d
//	metrics: metrics.txt             what the service exports, as it answers at /metrics
//	least: 10                        failures without which a ratio wakes nobody
//	windows:
//	  fast: {severity: page, share: 2 %, long: 1 h, short: 5 min}
//	  slow: {severity: page, share: 5 %, long: 6 h, short: 30 min}
//	objectives:
//	  SLO-1:
//	    name: Orders are taken
//	    good: an order is confirmed within 2 s
//	    measured: the gateway
//	    windows: fast slow
//	    runbook: runbook/orders.md#symptom
//	    indicators:
//	      gateway:
//	        target: 99.9 %
//	        good: shop_orders_total{outcome="ok"}
//	        bad: shop_orders_total{outcome="failed"}
//
// An indicator is one of five kinds, by its keys. A *ratio* has the counters good and
// bad, or a histogram and the time under which an observation is good; its alerts
// burn: both windows of a pair must use the budget faster than the pair allows, after
// the SRE workbook (chapter 5, Alerting on SLOs). An *event* is a gauge that is above
// or below a bound. A *cause* is the same for a ticket: nobody feels it yet, and it
// endangers the objective; it may look ahead, by a straight line through what the gauge
// was, as for a disk that will be full. An *invariant* is a counter of breaches, any of which pages. A
// *pulse* is a counter that must not stand still: who watches may sleep.
//
// An objective without indicators is designed and says why.
//
// Numbers are exact decimals from the text to the rule: a burn rate is share × period ÷
// window. A value may be a link, [99.9 %](model:…), whose text is the value; whether
// the link agrees is for the text that shows it. Ratios are of requests over a whole
// window, never means of the ratios of shorter ones.
//
// Where nobody sends, a ratio has no value, and where few do, one failure must not wake
// anybody: a ratio fires only over as many requests in its long window as hold the
// least number of failures at its threshold.
package slo
