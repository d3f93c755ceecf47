#!/usr/bin/env node
import '../dist/couloir.js';
